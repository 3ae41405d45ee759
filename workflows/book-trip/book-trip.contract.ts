import { defineUpdate } from '@temporalio/workflow';
import type { CarRental } from '../../contracts/car.commands.js';
import type { FlightLeg } from '../../contracts/flight.commands.js';
import type { HotelStay } from '../../contracts/hotel.commands.js';
import type { Money } from '../../contracts/money.js';
import type { TrainRide } from '../../contracts/rail.commands.js';
import type { SagaPolicy } from '../saga/saga.contract.js';
import { workflowIds } from '../saga/workflow-id.js';

export const bookTripType = 'bookTrip';

/** Additive only: histories of running and finished trips hold it. */
export interface BookTripRequest {
  tripId: string;
  customerId: string;
  paymentMethod: string;
  hotel?: HotelStay;
  flights?: FlightLeg[];
  car?: CarRental;
  rail?: TrainRide;
  approval?: {
    /** A total above it, or in another currency, waits for somebody's approval. */
    requiredAbove: Money;
    /** How long; at half time the trip service is told to remind of it. */
    withinMs: number;
  };
  policy: SagaPolicy;
}

/** What went wrong with a trip, and with which part of it. */
export interface TripFailure {
  part: string;
  code: string;
  detail: string;
}

export type BookTripOutcome =
  { state: 'BOOKED'; tripId: string; total: Money } | { state: 'FAILED'; tripId: string; failure: TripFailure };

export interface ApprovalDecision {
  note?: string;
}

/** What was decided. An update that comes again under its id is answered with the first one's, so whoever sent another one can tell. */
export interface ApprovalMade extends ApprovalDecision {
  decision: 'approved' | 'declined';
}

/** Accepted only while the trip waits for approval; refused with `NotAwaitingApproval` otherwise. Trips of before are answered with nothing. */
export const approveUpdate = defineUpdate<ApprovalMade | undefined, [ApprovalDecision]>('approve');
export const declineUpdate = defineUpdate<ApprovalMade | undefined, [ApprovalDecision]>('decline');
export const notAwaitingApproval = 'NotAwaitingApproval';

export const bookTripIds = workflowIds('book-trip');
