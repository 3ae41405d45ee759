import { PrismaClient } from '../../generated/car/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { reservationParts } from '../../libs/reservation/reservation-parts.js';
import { CarCommands, carReservations } from './car.commands.js';

await startParticipant({
  name: 'car',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: CarCommands,
  ...reservationParts(carReservations),
});
