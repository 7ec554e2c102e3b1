import type { CookieOptions, Request, Response } from 'express';
import { Problem } from '../domain/errors.js';
import { sessionLifeMs } from '../domain/identityLimits.js';
import { isFromOwnPage } from './ownOrigin.js';

const name = 'postrider_refresh';

/** Where browsers keep the refresh token: no script reads it, no other site's request brings it, and only sign-in routes are sent it. */
export class RefreshCookie {
  private readonly options: CookieOptions;

  constructor(private readonly publicBaseUrl: string) {
    this.options = { httpOnly: true, sameSite: 'strict', secure: publicBaseUrl.startsWith('https:'), path: '/v1/auth' };
  }

  /** The token of the cookie. Throws the problem `forbidden` where a page of somebody else's sent it, or nobody says who. */
  read(request: Request): string | undefined {
    const token = cookieOf(request, name);
    if (token !== undefined && !isFromOwnPage(request, this.publicBaseUrl))
      throw new Problem(
        'forbidden',
        'the cookie of a sign-in is taken from our own page only, which its browser says by Origin or Sec-Fetch-Site',
      );
    return token;
  }

  set(response: Response, refreshToken: string): void {
    response.cookie(name, refreshToken, { ...this.options, maxAge: sessionLifeMs });
  }

  clear(response: Response): void {
    response.clearCookie(name, this.options);
  }
}

/** The value of a cookie, where the request has it. */
export function cookieOf(request: Request, cookie: string): string | undefined {
  const found = (request.get('cookie') ?? '').split(';').map((pair) => pair.trim().split('='));
  return found.find(([key]) => key === cookie)?.[1];
}
