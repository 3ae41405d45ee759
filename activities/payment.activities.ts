import type {
  AuthorizeCommand,
  CaptureCommand,
  PaymentAnswer,
  RefundCommand,
  VoidCommand,
} from '../contracts/payment.commands.js';
import type { Keyed } from './keyed.js';
import type { ParticipantClient } from './participant.client.js';

/** What sagas ask of the payment service. */
export const paymentActivities = (payment: ParticipantClient<'payment'>) => ({
  authorize: (command: Keyed<AuthorizeCommand>) => payment.send<PaymentAnswer>('authorize', command),
  capture: (command: Keyed<CaptureCommand>) => payment.send<PaymentAnswer>('capture', command),
  void: (command: Keyed<VoidCommand>) => payment.send<PaymentAnswer>('void', command),
  refund: (command: Keyed<RefundCommand>) => payment.send<PaymentAnswer>('refund', command),
});
