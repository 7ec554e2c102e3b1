import type { components } from '../../../generated/api/schema.js';
import { useAccess } from '../access.js';
import { taken } from '../api.js';
import { useLook } from './useLook.js';

type People = { data: components['schemas']['Person'][] };

/** Who did something. A person is shown by name to those who may see the people; the id is there for whoever points at it. */
export function Actor({ actor }: { actor: string }) {
  const mayLook = useAccess()?.may('people:read') ?? false;
  const people = useLook(
    ['people', mayLook],
    async (client, signal) => (mayLook ? taken<People>(await client.GET('/v1/people', { signal })) : { data: [] }),
    false,
  );
  const person = people.data?.data.find(({ id }) => actor === `person ${id}`);
  return <bdi title={actor}>{person ? person.name || person.email : short(actor)}</bdi>;
}

/** The end of an id: its begin is a time, and those of one day are alike. */
const short = (actor: string) => actor.replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{4}([\da-f]{8})/, '…$1');
