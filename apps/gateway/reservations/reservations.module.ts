import { Module } from '@nestjs/common';
import { ReservationReader } from './reservation-reader.service.js';
import { ReservationsController } from './reservations.controller.js';

@Module({ controllers: [ReservationsController], providers: [ReservationReader] })
export class ReservationsModule {}
