import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

/** Who comes without knowing where to go is shown the documentation. */
@ApiExcludeController()
@Controller()
export class DocsController {
  @Get()
  @Redirect('/docs', 302)
  root(): void {}
}
