// Types of the API for its clients, from its OpenAPI document, in the form that openapi-fetch reads. Written here and not taken
// from a library: those that do it need the JavaScript API of an older TypeScript.

const quoted = JSON.stringify;

/** The TypeScript type that a JSON Schema means. In requests a field may be given as undefined, which leaves it out. */
export function typeOf(schema, inRequest = false) {
  const of = (one) => typeOf(one, inRequest);
  if (schema.$ref) return `components['schemas'][${quoted(schema.$ref.split('/').at(-1))}]`;
  if (schema.const !== undefined) return quoted(schema.const);
  if (schema.enum) return schema.enum.map((one) => quoted(one)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return `(${choices.map(of).join(' | ')})`;
  if (schema.allOf) return `(${schema.allOf.map(of).join(' & ')})`;
  if (Array.isArray(schema.type)) return `(${schema.type.map((type) => of({ ...schema, type })).join(' | ')})`;
  switch (schema.type) {
    case 'object':
      return objectType(schema, inRequest);
    case 'array':
      return `(${of(schema.items ?? {})})[]`;
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    default:
      return 'unknown';
  }
}

function objectType({ properties = {}, required = [], additionalProperties }, inRequest) {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const isRequired = required.includes(name);
    const comment = schema.description ? `/** ${schema.description.replaceAll('*/', '')} */ ` : '';
    return `${comment}${quoted(name)}${isRequired ? '' : '?'}: ${typeOf(schema, inRequest)}${!isRequired && inRequest ? ' | undefined' : ''}`;
  });
  if (typeof additionalProperties !== 'object') return fields.length > 0 ? `{ ${fields.join('; ')} }` : 'Record<string, unknown>';
  const others = `Record<string, ${typeOf(additionalProperties, inRequest)}>`;
  return fields.length > 0 ? `({ ${fields.join('; ')} } & ${others})` : others;
}

function parametersType(parameters) {
  const groups = ['query', 'header', 'path', 'cookie'].map((place) => {
    const own = parameters.filter((one) => one.in === place);
    if (own.length === 0) return `${place}?: never`;
    const isRequired = own.some((one) => one.required);
    const fields = own.map(
      ({ name, required, schema }) => `${quoted(name)}${required ? '' : '?'}: ${typeOf(schema)}${required ? '' : ' | undefined'}`,
    );
    return `${place}${isRequired ? '' : '?'}: { ${fields.join('; ')} }`;
  });
  return `{ ${groups.join('; ')} }`;
}

function contentType(content, inRequest) {
  const kinds = Object.entries(content).map(([type, { schema }]) => `${quoted(type)}: ${typeOf(schema, inRequest)}`);
  return `{ ${kinds.join('; ')} }`;
}

function operationType({ parameters = [], requestBody, responses }, document) {
  const answers = Object.entries(responses).map(([status, one]) => {
    const { content } = one.$ref ? document.components.responses[one.$ref.split('/').at(-1)] : one;
    return `    ${status}: { headers: { [name: string]: unknown }; content${content ? '' : '?'}: ${content ? contentType(content, false) : 'never'} };`;
  });
  const body = requestBody
    ? `requestBody${requestBody.required ? '' : '?'}: { content: ${contentType(requestBody.content, true)} }`
    : 'requestBody?: never';
  return `{\n    parameters: ${parametersType(parameters)};\n    ${body};\n    responses: {\n${answers.join('\n')}\n    };\n  }`;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** The types `paths` and `components` of a document. */
export function clientTypes(document) {
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const own = methods.map((method) => (item[method] ? `  ${method}: ${operationType(item[method], document)};` : `  ${method}?: never;`));
    return `${quoted(path)}: {\n${own.join('\n')}\n};`;
  });
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => `${quoted(name)}: ${typeOf(schema)};`);
  return [
    '// Made from docs/reference/openapi.json by scripts/clientTypes.mjs.',
    `export interface paths {\n${paths.join('\n')}\n}`,
    `export interface components {\nschemas: {\n${schemas.join('\n')}\n};\n}`,
    '',
  ].join('\n');
}
