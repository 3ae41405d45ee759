import { EXPIRABLE, ExpiryService } from '../participant/expiry.service.js';
import { HoldController, HoldQueries } from '../participant/hold.controller.js';
import { ReservationController } from './reservation.controller.js';
import { ReservationHolds } from './reservation.holds.js';
import { ReservationQueries } from './reservation.queries.js';
import { reservationTombstones } from './reservation.repository.js';
import { Reservations } from './reservations.js';

/** The controllers and providers of a participant with reservations: queries, inventory and the expiry of overdue holds. */
export const reservationProviders = (reservations: Reservations) => ({
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
