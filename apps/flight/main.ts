import { startParticipant } from '../../libs/participant/start-participant.js';
import { reservationProviders } from '../../libs/reservation/reservation-providers.js';
import { FlightCommands, flightReservations } from './flight.commands.js';

await startParticipant({
  name: 'flight',
  commands: FlightCommands,
  ...reservationProviders(flightReservations),
});
