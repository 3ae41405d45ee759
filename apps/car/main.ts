import { startParticipant } from '../../libs/participant/start-participant.js';
import { reservationProviders } from '../../libs/reservation/reservation-providers.js';
import { CarCommands, carReservations } from './car.commands.js';

await startParticipant({
  name: 'car',
  commands: CarCommands,
  ...reservationProviders(carReservations),
});
