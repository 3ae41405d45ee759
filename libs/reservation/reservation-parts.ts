import { EXPIRABLE, ExpiryService } from '../participant/expiry.service.js';
import { HoldController, HoldQueries } from '../participant/hold.controller.js';
import { ReservationController } from './reservation.controller.js';
import { ReservationHolds } from './reservation.holds.js';
import { ReservationQueries } from './reservation.queries.js';
import { reservationTombstones } from './reservation.repository.js';
import { Reservations } from './reservations.js';

/** What a participant that takes reservations has besides its commands: queries, inventory, and the end of overdue holds. */
export const reservationParts = (reservations: Reservations) => ({
  controllers: [ReservationController, HoldController],
  providers: [
    { provide: Reservations, useValue: reservations },
    { provide: EXPIRABLE, useExisting: Reservations },
    { provide: HoldQueries, useClass: ReservationHolds },
    ReservationQueries,
    ExpiryService,
  ],
  trimmable: [reservationTombstones],
});
