import type {
  AuthorizeCommand,
  CaptureCommand,
  PaymentAnswer,
  RefundCommand,
  VoidCommand,
} from '../contracts/payment/payment.commands.js';
import type { WithIdempotencyKey } from './idempotent-command.js';
import type { ParticipantClient } from './participant.client.js';

/** Commands of sagas to the payment service. */
export const paymentActivities = (payment: ParticipantClient<'payment'>) => ({
  authorize: (command: WithIdempotencyKey<AuthorizeCommand>) => payment.send<PaymentAnswer>('authorize', command),
  capture: (command: WithIdempotencyKey<CaptureCommand>) => payment.send<PaymentAnswer>('capture', command),
  void: (command: WithIdempotencyKey<VoidCommand>) => payment.send<PaymentAnswer>('void', command),
  refund: (command: WithIdempotencyKey<RefundCommand>) => payment.send<PaymentAnswer>('refund', command),
});
