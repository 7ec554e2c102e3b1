import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';

/** A form as Twilio posts it to a URL: its body, and the X-Twilio-Signature that whoever has the auth token verifies. */
export function signedForm(authToken: string, url: string, form: Record<string, string>): { body: string; signature: string } {
  return { body: new URLSearchParams(form).toString(), signature: getExpectedTwilioSignature(authToken, url, form) };
}
