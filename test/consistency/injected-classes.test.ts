import { readFileSync } from 'node:fs';
import { parseAst } from 'rolldown/parseAst';
import { expect, it } from 'vitest';
import { sourceFiles } from '../support/source-files.js';

type Program = ReturnType<typeof parseAst>;
type Class = Extract<Program['body'][number], { type: 'ClassDeclaration' | 'ClassExpression' }>;

/** The classes that Nest makes have one of these, and it looks for what their constructors take. */
const madeByNest = /^@(Injectable|Controller|Module)\(/m;

const sources = sourceFiles(['apps', 'libs']);

const classesOf = ({ body }: Program): Class[] =>
  body
    .map((statement) => (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement))
    .filter((statement): statement is Class => statement?.type === 'ClassDeclaration');

/** The names that exist at run time: classes of the file, and imports without `type`. */
function namesAtRunTime(program: Program): Set<string | undefined> {
  const imported = program.body.flatMap((statement) =>
    statement.type === 'ImportDeclaration' && statement.importKind !== 'type'
      ? statement.specifiers
          .filter((one) => one.type !== 'ImportSpecifier' || one.importKind !== 'type')
          .map(({ local }) => local.name)
      : [],
  );
  return new Set([...imported, ...classesOf(program).map(({ id }) => id?.name)]);
}

/** The parameters of constructors that Nest cannot resolve, because the compiler notes no class for them. */
function unresolvable(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  if (!madeByNest.test(text)) return [];
  const program = parseAst(text, { lang: 'ts' }, file);
  const names = namesAtRunTime(program);
  return classesOf(program)
    .filter(({ start, body }) => madeByNest.test(text.slice(text.lastIndexOf('\n\n', start), body.start)))
    .flatMap(({ body }) => body.body)
    .flatMap((member) => (member.type === 'MethodDefinition' && member.kind === 'constructor' ? member.value.params : []))
    .filter((parameter) => {
      if (parameter.decorators?.length) return false;
      const inner = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter;
      const type = 'typeAnnotation' in inner ? inner.typeAnnotation?.typeAnnotation : undefined;
      const name = type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier' ? type.typeName.name : undefined;
      return name === undefined || !names.has(name);
    })
    .map(({ start, end }) => `${file}: ${text.slice(start, end)}`);
}

it('imports each injected class as a value, and names a token for everything else', () => {
  expect(sources.flatMap(unresolvable), 'Import the class without `type`, or write @Inject(TOKEN).').toEqual([]);
});
