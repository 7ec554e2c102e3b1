import { type ProblemCode, problems } from '../../domain/errors.js';
import { scopes } from '../../domain/scopes.js';
import { answerSchemas } from './answerSchemas.js';
import { catalogue, operations } from './catalogue.js';
import './answers/problem.js';
import { headers, headersOfAnswers, headersOfProblems } from './headers.js';
import { introduction } from './introduction.js';
import { type Operation, problemsOf, type SuccessStatus } from './operation.js';
import { pathParameters } from './pathParameters.js';
import { requestSchema } from './requestSchema.js';

type Json = Record<string, unknown>;

const meaning: Record<SuccessStatus, string> = { 200: 'Done.', 201: 'Made.', 202: 'Accepted: it goes on by itself.', 204: 'Done.' };

/** The API as an OpenAPI 3.1 document, made from the schemas that validate. */
export function openapiDocument(): Json {
  const schemas = answerSchemas();
  const paths: Record<string, Json> = {};
  for (const { name, operations: byPath } of catalogue) {
    for (const [path, byMethod] of Object.entries(byPath)) {
      const item: Json = {};
      for (const [method, operation] of Object.entries(byMethod))
        item[method] = { tags: [name], ...operationObject(operation, schemas.of) };
      paths[`/v1${path.replace(/:(\w+)/g, '{$1}')}`] = item;
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Postrider', version: '1', description: introduction },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }],
    tags: catalogue.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: schemas.named,
      // Operations that refuse the same share what is said of it.
      responses: Object.fromEntries(
        operations.flatMap((operation) => refusalsOf(operation).map((refusal) => [nameOfRefusal(refusal[1]), refusalObject(refusal)])),
      ),
      headers,
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: `An API key, \`pr_…\`, or the access token of somebody who is signed in. Scopes: ${scopeList}.`,
        },
      },
    },
  };
}

const scopeList = Object.entries(scopes)
  .map(([name, words]) => `\`${name}\` (${words})`)
  .join(', ');

function operationObject(operation: Operation, answerOf: (operation: Operation, status: SuccessStatus) => Json): Json {
  const { id, scope, summary, description, body, example, answers } = operation;
  const parameters = [...pathParametersOf(operation), ...queryParametersOf(operation), ...headerParametersOf(operation)];
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    ...(scope === null ? { security: [{}, { apiKey: [] }] } : { 'x-scope': scope }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: {
          'application/json': { schema: requestSchema(body), ...(example?.body !== undefined && { example: example.body }) },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(
        (Object.keys(answers) as unknown as SuccessStatus[]).map((status) => [
          status,
          {
            description: meaning[status],
            headers: headersOfAnswers(operation),
            ...(answers[status] && { content: { 'application/json': { schema: answerOf(operation, status) } } }),
          },
        ]),
      ),
      ...(operation.hasEtag && { 304: { description: 'As it was when it had that ETag.', headers: headersOfAnswers(operation) } }),
      ...Object.fromEntries(
        refusalsOf(operation).map(([status, codes]) => [status, { $ref: `#/components/responses/${nameOfRefusal(codes)}` }]),
      ),
    },
  };
}

function pathParametersOf({ params = {} }: Operation): Json[] {
  return Object.entries(params).map(([name, names]) => {
    const { schema, description } = pathParameters[names];
    return { name, in: 'path', required: true, description, schema: requestSchema(schema), 'x-names': names };
  });
}

function queryParametersOf({ query, example }: Operation): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = requestSchema(query) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(name === 'cursor' && { description: '`nextCursor` of the page before.' }),
    schema,
    ...(example?.query?.[name] !== undefined && { example: example.query[name] }),
  }));
}

function headerParametersOf({ takesKey, hasEtag }: Operation): Json[] {
  const header = (name: string, description: string) => ({ name, in: 'header', description, schema: { type: 'string' } });
  return [
    ...(takesKey
      ? [header('Idempotency-Key', 'Up to 255 visible ASCII characters: the same request under the same key is done once.')]
      : []),
    ...(hasEtag ? [header('If-None-Match', 'An ETag: 304 is answered where nothing has changed since.')] : []),
  ];
}

type Refusal = readonly [status: number, codes: ProblemCode[]];

/** The problems of an operation by status. */
function refusalsOf(operation: Operation): Refusal[] {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(operation)) byStatus.set(problems[code].status, [...(byStatus.get(problems[code].status) ?? []), code]);
  return [...byStatus].sort(([a], [b]) => a - b);
}

const nameOfRefusal = (codes: ProblemCode[]) => codes.join('.');

const refusalObject = ([status, codes]: Refusal): Json => ({
  description: codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
  headers: headersOfProblems(status),
  content: {
    'application/problem+json': {
      schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, { type: 'object', properties: { code: { enum: codes } } }] },
    },
  },
});
