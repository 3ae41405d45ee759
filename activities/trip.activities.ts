import type {
  BeginTripCancellationAnswer,
  BeginTripCancellationCommand,
  CommitTripCancellationCommand,
  ConfirmTripCancellationCommand,
  ConfirmTripCommand,
  CreateTripCommand,
  FailTripCommand,
  RemindApprovalCommand,
  RequestApprovalCommand,
  TripStateAnswer,
  UndoTripCancellationCommand,
  WithdrawApprovalCommand,
} from '../contracts/trip.commands.js';
import type { Keyed } from './keyed.js';
import type { ParticipantClient } from './participant.client.js';

/** What sagas ask of the trip service. */
export const tripActivities = (trip: ParticipantClient<'trip'>) => ({
  createTrip: (command: Keyed<CreateTripCommand>) => trip.send<TripStateAnswer>('createTrip', command),
  requestApproval: (command: Keyed<RequestApprovalCommand>) => trip.send<TripStateAnswer>('requestApproval', command),
  remindApproval: (command: Keyed<RemindApprovalCommand>) => trip.send<TripStateAnswer>('remindApproval', command),
  withdrawApproval: (command: Keyed<WithdrawApprovalCommand>) => trip.send<TripStateAnswer>('withdrawApproval', command),
  confirmTrip: (command: Keyed<ConfirmTripCommand>) => trip.send<TripStateAnswer>('confirmTrip', command),
  failTrip: (command: Keyed<FailTripCommand>) => trip.send<TripStateAnswer>('failTrip', command),
  beginTripCancellation: (command: Keyed<BeginTripCancellationCommand>) =>
    trip.send<BeginTripCancellationAnswer>('beginTripCancellation', command),
  undoTripCancellation: (command: Keyed<UndoTripCancellationCommand>) =>
    trip.send<TripStateAnswer>('undoTripCancellation', command),
  commitTripCancellation: (command: Keyed<CommitTripCancellationCommand>) =>
    trip.send<TripStateAnswer>('commitTripCancellation', command),
  confirmTripCancellation: (command: Keyed<ConfirmTripCancellationCommand>) =>
    trip.send<TripStateAnswer>('confirmTripCancellation', command),
});
