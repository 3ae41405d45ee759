import { HoldController, HoldQueries } from '../participant/hold.controller.js';
import { ExpiryService } from './expiry.service.js';
import { ReservationController } from './reservation.controller.js';
import { ReservationHolds } from './reservation.holds.js';
import { ReservationQueries } from './reservation.queries.js';
import { Reservations } from './reservations.js';

/** What a participant that takes reservations has besides its commands: queries, inventory, and the end of overdue holds. */
export const reservationParts = (reservations: Reservations) => ({
  controllers: [ReservationController, HoldController],
  providers: [
    { provide: Reservations, useValue: reservations },
    ReservationQueries,
    { provide: HoldQueries, useClass: ReservationHolds },
    ExpiryService,
  ],
});
