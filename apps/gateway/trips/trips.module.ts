import { Module } from '@nestjs/common';
import { BookTripService } from './book-trip.service.js';
import { CancelTripService } from './cancel-trip.service.js';
import { KnownCustomers } from './known-customers.service.js';
import { ReservedParts } from './reserved-parts.service.js';
import { TripApprovalController } from './trip-approval.controller.js';
import { TripApproval } from './trip-approval.service.js';
import { TripReader } from './trip-reader.service.js';
import { TripsController } from './trips.controller.js';

@Module({
  controllers: [TripsController, TripApprovalController],
  providers: [BookTripService, CancelTripService, TripApproval, TripReader, ReservedParts, KnownCustomers],
})
export class TripsModule {}
