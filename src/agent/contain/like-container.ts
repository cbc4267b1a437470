import type { Container, RestartPolicy } from '../docker/container.ts';

/** What it takes to make another container like this one (Docker Engine API, `POST /containers/create`). */
export function likeContainer(facts: Container, RestartPolicy: RestartPolicy): object {
  const { Config, HostConfig } = facts;
  const { Hostname, ...config } = Config;
  return {
    ...config,
    ...(keepsHostname(facts) && { Hostname }),
    // By digest: what its tag stands for by now may be another image.
    Image: facts.Image,
    HostConfig: { ...HostConfig, RestartPolicy },
    NetworkingConfig: { EndpointsConfig: firstEndpoint(facts) },
  };
}

/** One that nobody gave it is made of its id, and one that shares another's network has none of its own. */
function keepsHostname({ Id, Config, HostConfig }: Container): boolean {
  const isGiven = Config.Hostname !== undefined && Config.Hostname !== Id.slice(0, 12);
  return isGiven && !HostConfig.NetworkMode.startsWith('container:');
}

/** Of the network that it is named by: the engine takes no more than one, and the others are attached afterwards. */
function firstEndpoint({ HostConfig, NetworkSettings }: Container): object {
  const first = NetworkSettings.Networks?.[HostConfig.NetworkMode];
  if (first === undefined || ['none', 'host'].includes(HostConfig.NetworkMode)) return {};
  const { Aliases, Links, IPAMConfig } = first;
  return { [HostConfig.NetworkMode]: { Aliases, Links, IPAMConfig } };
}
