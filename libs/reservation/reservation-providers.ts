import type { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/reservation/client.js';
import { EXPIRABLE, ExpiryService } from '../participant/expiry.service.js';
import { HoldController, HoldQueries } from '../participant/hold.controller.js';
import { tombstonesOf } from '../participant/retention.js';
import { ReservationController } from './reservation.controller.js';
import { ReservationHolds } from './reservation.holds.js';
import { ReservationQueries } from './reservation.queries.js';
import { Reservations } from './reservations.js';

/** The parts of a participant with reservations: its database, its queries and inventory, the expiry of overdue holds, its retention. */
export const reservationProviders = (reservations: Reservations) => ({
  database: (adapter: PrismaPg) => new PrismaClient({ adapter }),
  controllers: [ReservationController, HoldController],
  providers: [
    { provide: Reservations, useValue: reservations },
    { provide: EXPIRABLE, useExisting: Reservations },
    { provide: HoldQueries, useClass: ReservationHolds },
    ReservationQueries,
    ExpiryService,
  ],
  trimmable: [tombstonesOf('reservation', 'trip_id')],
});
