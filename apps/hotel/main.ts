import { startParticipant } from '../../libs/participant/start-participant.js';
import { reservationProviders } from '../../libs/reservation/reservation-providers.js';
import { HotelCommands, hotelReservations } from './hotel.commands.js';

await startParticipant({
  name: 'hotel',
  commands: HotelCommands,
  ...reservationProviders(hotelReservations),
});
