import { type DynamicModule, Module } from '@nestjs/common';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLetters } from './dead-letters.js';

/** What a consuming service lets operators do about events that it could not apply: `/dead-letters` on its own port. */
@Module({})
export class DeadLettersModule {
  static register(letters: DeadLetters): DynamicModule {
    return {
      module: DeadLettersModule,
      controllers: [DeadLettersController],
      providers: [{ provide: DeadLetters, useValue: letters }],
    };
  }
}
