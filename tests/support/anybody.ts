let contacts = 0;

/** Another contact for each call, so that no message of a test waits for another. */
export const anybody = (): string => `+1212555${2_000 + contacts++}`;
