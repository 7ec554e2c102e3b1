/** Who sends: the account in the path and the token its callbacks are signed with. */
export interface Credentials {
  accountSid: string;
  authToken: string;
}

const accountSidShape = /^AC[0-9a-f]{32}$/i;

/** There is no registry of accounts: the token of an account is what its last request carried. */
export class Accounts {
  private readonly tokens = new Map<string, string>();

  /**
   * Reads HTTP Basic credentials. The user must be the account of the path; the password may be anything but empty.
   *
   * @returns null when the shape is wrong, which Twilio answers with 401 / 20003
   */
  authenticate(accountSid: string, authorization: string | undefined): Credentials | null {
    if (!accountSidShape.test(accountSid) || !authorization?.startsWith('Basic ')) return null;
    const pair = Buffer.from(authorization.slice('Basic '.length), 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    const authToken = pair.slice(colon + 1);
    if (colon < 0 || pair.slice(0, colon) !== accountSid || authToken === '') return null;
    this.tokens.set(accountSid, authToken);
    return { accountSid, authToken };
  }

  /** The token last seen for an account; tokens are never written to disk, so a restart forgets them. */
  tokenOf(accountSid: string): string | undefined {
    return this.tokens.get(accountSid);
  }
}
