import { PrismaClient } from '../../generated/rail/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { reservationParts } from '../../libs/reservation/reservation-parts.js';
import { RailCommands, railReservations } from './rail.commands.js';

await startParticipant({
  name: 'rail',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: RailCommands,
  ...reservationParts(railReservations),
});
