import { PrismaClient } from '../../generated/flight/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { reservationParts } from '../../libs/reservation/reservation-parts.js';
import { FlightCommands, flightReservations } from './flight.commands.js';

await startParticipant({
  name: 'flight',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: FlightCommands,
  ...reservationParts(flightReservations),
});
