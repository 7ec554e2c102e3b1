import pg from 'pg';

/** What the product's login may step into (set role); `ingest` is entered from `app`. */
const roles = ['app', 'maintenance'] as const;
/** Roles belong to the whole server: somebody else may be changing the same one, from another database. */
const beingChanged = new Set(['23505', '42710', 'XX000']);
const triesMax = 5;

/** The login can't be used, or should not be: the message says why, and what to do. */
export class LoginError extends Error {
  override name = 'LoginError';
}

/**
 * Makes sure that the login of `loginUrl` can do what the product needs and nothing else: connect, and step into the roles of
 * the product. Makes it with the password of that URL where it is missing. `ownerUrl` is that of who owns the tables, after the
 * migrations. Rejects with LoginError where the two are one.
 */
export async function ensureProductLogin(ownerUrl: string, loginUrl: string): Promise<void> {
  const { username: owner } = new URL(ownerUrl);
  const login = new URL(loginUrl);
  const [name, password] = [decodeURIComponent(login.username), decodeURIComponent(login.password)];
  if (name === decodeURIComponent(owner)) {
    throw new LoginError(`DATABASE_URL and DATABASE_OWNER_URL both name ${name}: give the product a login of its own, which owns nothing`);
  }
  if (await worksAs(loginUrl)) return;
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    for (let tries = 1; ; tries++) {
      try {
        await make(client, name, password);
        break;
      } catch (error) {
        if (tries >= triesMax || !beingChanged.has((error as pg.DatabaseError).code ?? '')) throw error;
      }
    }
  } finally {
    await client.end();
  }
}

async function worksAs(loginUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: loginUrl });
  try {
    await client.connect();
    for (const role of roles) await client.query(`set role ${role}`);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function make(client: pg.Client, name: string, password: string): Promise<void> {
  const login = client.escapeIdentifier(name);
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
  // Its password is set anew: it is the one that the product will come with.
  const verb = rowCount === 0 ? 'create' : 'alter';
  const secret = password === '' ? '' : `password ${client.escapeLiteral(password)}`;
  await client.query(`${verb} role ${login} login noinherit ${secret}`);
  await client.query(`grant ${roles.join(', ')} to ${login}`);
}
