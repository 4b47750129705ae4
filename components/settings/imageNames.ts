/**
 * Checks the registry of the images: `host[:port][/path]`. The host has to look like a host, because Docker takes
 * `acme/probe` for a repository of Docker Hub.
 *
 * @throws Error with one line for the user.
 */
export function parseRegistry(text: string): string {
  const remedy =
    "set it to a registry that you can push to and the cluster can pull from, as host[:port][/path]";
  if (text === "") {
    throw new Error(`not set; ${remedy}, such as localhost:5000 or ghcr.io/acme`);
  }
  const host = /^[^/]*/.exec(text)?.[0] ?? "";
  const hostLike = host === "localhost" || /^[\w-]+(\.[\w-]+)*(:\d+)?$/.test(host);
  const named = host === "localhost" || host.includes(".") || host.includes(":");
  if (!hostLike || !named || !/^[^/]+(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(text)) {
    throw new Error(`${JSON.stringify(text)} is not a registry; ${remedy}`);
  }
  return text;
}

/**
 * Checks the name of an image, with or without tag or digest, for typing errors only.
 *
 * @throws Error with one line for the user.
 */
export function parseImage(text: string): string {
  if (!/^[\w./:@-]+$/.test(text)) {
    throw new Error(`${JSON.stringify(text)} is not an image's name; use [host/]name[:tag]`);
  }
  return text;
}

/**
 * Checks a platform in Docker's form, `os/arch[/variant]`. Sidecars exist on Linux only.
 *
 * @throws Error with one line for the user.
 */
export function parsePlatform(text: string): string {
  if (!/^linux\/[a-z0-9]+(\/v\d+)?$/.test(text)) {
    throw new Error(
      `${JSON.stringify(text)} is not a platform; use one such as linux/amd64 or linux/arm64`,
    );
  }
  return text;
}
