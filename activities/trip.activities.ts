import type {
  AcceptApprovalCommand,
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
  ReinstateTripCommand,
  WithdrawApprovalCommand,
} from '../contracts/trip/trip.commands.js';
import type { WithIdempotencyKey } from './idempotent-command.js';
import type { ParticipantClient } from './participant.client.js';

/** Commands of sagas to the trip service. */
export const tripActivities = (trip: ParticipantClient<'trip'>) => ({
  createTrip: (command: WithIdempotencyKey<CreateTripCommand>) => trip.send<TripStateAnswer>('createTrip', command),
  requestApproval: (command: WithIdempotencyKey<RequestApprovalCommand>) =>
    trip.send<TripStateAnswer>('requestApproval', command),
  remindApproval: (command: WithIdempotencyKey<RemindApprovalCommand>) => trip.send<TripStateAnswer>('remindApproval', command),
  withdrawApproval: (command: WithIdempotencyKey<WithdrawApprovalCommand>) =>
    trip.send<TripStateAnswer>('withdrawApproval', command),
  acceptApproval: (command: WithIdempotencyKey<AcceptApprovalCommand>) => trip.send<TripStateAnswer>('acceptApproval', command),
  confirmTrip: (command: WithIdempotencyKey<ConfirmTripCommand>) => trip.send<TripStateAnswer>('confirmTrip', command),
  failTrip: (command: WithIdempotencyKey<FailTripCommand>) => trip.send<TripStateAnswer>('failTrip', command),
  beginTripCancellation: (command: WithIdempotencyKey<BeginTripCancellationCommand>) =>
    trip.send<BeginTripCancellationAnswer>('beginTripCancellation', command),
  reinstateTrip: (command: WithIdempotencyKey<ReinstateTripCommand>) => trip.send<TripStateAnswer>('reinstateTrip', command),
  commitTripCancellation: (command: WithIdempotencyKey<CommitTripCancellationCommand>) =>
    trip.send<TripStateAnswer>('commitTripCancellation', command),
  confirmTripCancellation: (command: WithIdempotencyKey<ConfirmTripCancellationCommand>) =>
    trip.send<TripStateAnswer>('confirmTripCancellation', command),
});
