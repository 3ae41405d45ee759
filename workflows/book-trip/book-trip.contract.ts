import { defineUpdate } from '@temporalio/workflow';
import type { CarRental } from '../../contracts/car.commands.js';
import type { FlightLeg } from '../../contracts/flight.commands.js';
import type { HotelStay } from '../../contracts/hotel.commands.js';
import type { Money } from '../../contracts/money.js';
import type { TrainRide } from '../../contracts/rail.commands.js';
import type { RequestIdentity, SagaPolicy } from '../saga/saga.contract.js';
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
    /** How long, in ms. A reminder is sent halfway through. */
    withinMs: number;
  };
  /** The customer is known to exist: the starter of the saga has seen it. Otherwise the saga checks. */
  customerVerified?: boolean;
  request?: RequestIdentity;
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

/** What was decided. An update that is repeated under its id gets the first answer, so a sender of another decision can tell. */
export interface ApprovalMade extends ApprovalDecision {
  decision: 'approved' | 'declined';
}

/** Accepted only while the trip waits for approval; refused with `NotAwaitingApproval` otherwise. */
export const approveUpdate = defineUpdate<ApprovalMade, [ApprovalDecision]>('approve');
export const declineUpdate = defineUpdate<ApprovalMade, [ApprovalDecision]>('decline');
export const notAwaitingApproval = 'NotAwaitingApproval';

export const bookTripIds = workflowIds('book-trip');
