import { Controller, Get, Redirect } from '@nestjs/common';

/** Who comes without knowing where to go is shown the documentation. */
@Controller()
export class DocsController {
  @Get()
  @Redirect('/docs', 302)
  root(): void {}
}
