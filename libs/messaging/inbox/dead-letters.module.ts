import { type DynamicModule, Module } from '@nestjs/common';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLetters } from './dead-letters.js';

/** An operator's decisions about events that a service could not apply: `/dead-letters` on its own port. */
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
