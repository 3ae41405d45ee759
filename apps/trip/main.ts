import { PrismaClient } from '../../generated/trip/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { operationMarks } from '../../libs/participant/operation.repository.js';
import { HoldController, HoldQueries } from '../../libs/participant/hold.controller.js';
import { TripCommands } from './trip.commands.js';
import { TripController } from './trip.controller.js';
import { TripHolds } from './trip.holds.js';
import { TripOwnersController } from './trip.owners.controller.js';
import { TripQueries } from './trip.queries.js';

await startParticipant({
  name: 'trip',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: TripCommands,
  controllers: [TripController, HoldController, TripOwnersController],
  providers: [TripQueries, TripHolds, { provide: HoldQueries, useExisting: TripHolds }],
  trimmable: [operationMarks],
});
