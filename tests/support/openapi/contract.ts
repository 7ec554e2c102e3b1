import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js';

type Json = Record<string, any>;

/** What came back, as far as a document speaks of it. */
export interface SeenAnswer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** One thing that the API does, as its document tells it. */
export interface DocumentedOperation {
  id: string;
  method: string;
  path: string;
  scope: string;
  parameters: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Json; example?: unknown; 'x-names'?: string }[];
  /** The schema of its body, where it takes one. */
  body?: { required: boolean; schema: Json; example?: any };
  responses: Json;
}

const formats: Record<string, RegExp> = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
};

/** An answer of ours has no field that the document does not name, though clients must be ready for one. */
function close(schema: unknown): void {
  if (Array.isArray(schema)) for (const one of schema) close(one);
  if (typeof schema !== 'object' || schema === null) return;
  const one = schema as Json;
  if (one.type === 'object' && one.properties && one.required && one.additionalProperties === undefined) one.additionalProperties = false;
  for (const inner of Object.values(one)) close(inner);
}

// As it is kept: to make it takes most of a second, in each file of tests. That it is in step is checked by `paths/openapi`.
const document = JSON.parse(readFileSync(path.join(__dirname, '../../../docs/reference/openapi.json'), 'utf8')) as Json;
const closed = structuredClone(document);
close(closed.components.schemas);
close(closed.paths);

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
for (const [name, pattern] of Object.entries(formats)) ajv.addFormat(name, pattern);
ajv.addFormat('uri', true);
ajv.addSchema(closed, 'document');

const validators = new Map<string, ValidateFunction>();
function validatorOf(pointer: string): ValidateFunction {
  const known = validators.get(pointer) ?? ajv.compile({ $ref: `document#${pointer}` });
  validators.set(pointer, known);
  return known;
}

/** Every operation of the document. */
export const documentedOperations: readonly DocumentedOperation[] = Object.entries(document.paths as Json).flatMap(([path, item]) =>
  Object.entries(item as Json).map(([method, operation]) => {
    const content = operation.requestBody?.content['application/json'];
    return {
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      scope: operation['x-scope'],
      parameters: operation.parameters ?? [],
      ...(content && { body: { required: operation.requestBody.required, schema: content.schema, example: content.example } }),
      responses: operation.responses,
    };
  }),
);

const matchers = documentedOperations.map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
}));

const escaped = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Where the document says what such an answer is; undefined where it does not know it. */
function placeOf({ path, method, responses }: DocumentedOperation, status: number): { pointer: string; response: Json } | undefined {
  const response = responses[status];
  if (!response) return undefined;
  if (!response.$ref) return { pointer: `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`, response };
  const name = response.$ref.split('/').at(-1);
  return { pointer: `/components/responses/${escaped(name)}`, response: document.components.responses[name] };
}

/**
 * What is wrong with an answer of the API by its own document: empty where all is well. What no operation is meant by must be
 * refused as such.
 */
export function faultsOfAnswer(method: string, target: string, { status, headers, body }: SeenAnswer): string[] {
  const path = target.split('?')[0] as string;
  const faults: string[] = [];
  if (!headers.get('x-request-id')) faults.push('has no X-Request-Id');
  const operation = matchers.find(({ operation: one, pattern }) => one.method === method && pattern.test(path))?.operation;
  const place = operation && placeOf(operation, status);
  if (operation && !place) return [...faults, `answers ${status}, which ${operation.id} does not declare: ${JSON.stringify(body)}`];
  if (!operation && ![400, 401, 404, 405].includes(status)) return [...faults, `answers ${status}, though no operation is at this path`];
  const [type] = Object.keys(place ? (place.response.content ?? {}) : { 'application/problem+json': 1 });
  if (type === undefined) return body === '' ? faults : [...faults, 'has a body'];
  if (!headers.get('content-type')?.startsWith(type)) return [...faults, `is ${headers.get('content-type')}, not ${type}`];
  const validate = validatorOf(place ? `${place.pointer}/content/${escaped(type)}/schema` : '/components/schemas/Problem');
  if (!validate(body))
    faults.push(`${status} has another shape: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)?.slice(0, 500)}`);
  if (type === 'application/problem+json' && (body as Json).requestId !== headers.get('x-request-id')) faults.push('names another request');
  return faults;
}
