import { ProblemException } from '../../libs/service-kit/problem.exception.js';

export const customerNotFound = (customerId: string): ProblemException =>
  new ProblemException(404, 'CUSTOMER_NOT_FOUND', `There is no customer ${customerId}.`);
