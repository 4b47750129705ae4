/** Parts of an image's name, with those that Docker fills in for short names. */
export interface ImageReference {
  /** Host and port; `docker.io` where the name has none. */
  registry: string;
  /** Repository without registry, tag and digest: `library/redis`. */
  path: string;
  tag: string | undefined;
  digest: string | undefined;
  /** Whether the name itself says which registry it is in. */
  qualified: boolean;
}

export function parseReference(name: string): ImageReference {
  const [nameAndTag = "", digest] = name.split("@");
  const [, repository = nameAndTag, tag] = /^(.+):([^:/]+)$/.exec(nameAndTag) ?? [];
  const slash = repository.indexOf("/");
  const first = slash === -1 ? "" : repository.slice(0, slash);
  const qualified = first === "localhost" || /[.:]/.test(first);
  const path = qualified ? repository.slice(slash + 1) : repository;
  const registry = qualified ? first : "docker.io";
  const isOfficial = registry === "docker.io" && !path.includes("/");
  return { registry, path: isOfficial ? `library/${path}` : path, tag, digest, qualified };
}

/** Makes the name `registry/path@sha256:...`, which can't come to mean another image. */
export function pinnedName({ registry, path }: ImageReference, digest: string): string {
  return `${registry}/${path}@${digest}`;
}
