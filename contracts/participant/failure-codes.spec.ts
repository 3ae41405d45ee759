import { describe, expect, it } from 'vitest';
import { codesInWords, failureCodes } from './failure-codes.js';
import { Rejection } from '../order/order.resource.js';
import { TripFailure } from '../trip/trip.resource.js';

describe('failureCodes', () => {
  it('has what the steps are refused with, then the own ones, then those of every saga, each once', () => {
    const codes = failureCodes({ hotel: ['reserveRoom'], flight: ['reserveSeat'] }, ['TOO_LATE']);
    expect(codes.slice(0, 3)).toEqual(['HOTEL_FULL', 'UNKNOWN_HOTEL', 'STAY_INVALID']);
    expect(codes.slice(-5)).toEqual(['TOO_LATE', 'PARTICIPANT_UNAVAILABLE', 'ABORTED', 'CANCELLED', 'UNEXPECTED_RESPONSE']);
    expect(codes.filter((code) => code === 'RESERVATION_CONFLICT')).toHaveLength(1);
  });

  it.each(
    'HOTEL_FULL FLIGHT_FULL CAR_UNAVAILABLE TRAIN_FULL UNKNOWN_HOTEL UNKNOWN_FLIGHT UNKNOWN_CAR UNKNOWN_TRAIN CARD_DECLINED APPROVAL_DECLINED APPROVAL_EXPIRED ABORTED PARTICIPANT_UNAVAILABLE INSUFFICIENT_FUNDS PAYMENT_METHOD_UNKNOWN CAPTURE_DECLINED STAY_INVALID FLIGHT_DATE_INVALID RENTAL_INVALID TRAIN_DATE_INVALID'.split(
      ' ',
    ),
  )('lets readers of a failed trip know of %s', (code) => {
    expect(TripFailure.shape.code.description).toContain(`\`${code}\``);
  });

  it.each(
    'CUSTOMER_NOT_FOUND INSUFFICIENT_CREDIT CREDIT_ACCOUNT_BLOCKED UNKNOWN_PRODUCT ABORTED PARTICIPANT_UNAVAILABLE'.split(' '),
  )('lets readers of a rejected order know of %s', (code) => {
    expect(Rejection.shape.code.description).toContain(`\`${code}\``);
  });
});

describe('codesInWords', () => {
  it('lists them', () => expect(codesInWords(['A', 'B'])).toBe('Stable. One of `A`, `B`'));
});
