import { PrismaClient } from '../../generated/flight/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { reservationProviders } from '../../libs/reservation/reservation-providers.js';
import { FlightCommands, flightReservations } from './flight.commands.js';

await startParticipant({
  name: 'flight',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: FlightCommands,
  ...reservationProviders(flightReservations),
});
