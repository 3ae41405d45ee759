import { startParticipant } from '../../libs/participant/start-participant.js';
import { reservationProviders } from '../../libs/reservation/reservation-providers.js';
import { RailCommands, railReservations } from './rail.commands.js';

await startParticipant({
  name: 'rail',
  commands: RailCommands,
  ...reservationProviders(railReservations),
});
