import { PrismaClient } from '../../generated/trip/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { TripCommands } from './trip.commands.js';
import { TripController } from './trip.controller.js';
import { TripQueries } from './trip.queries.js';

await startParticipant({
  name: 'trip',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: TripCommands,
  controllers: [TripController],
  providers: [TripQueries],
});
