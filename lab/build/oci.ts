import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/** A packed folder, which the OCI image specification calls a layer. */
export interface Layer {
  /** The compressed archive. */
  file: string;
  /** Digest and size in bytes of the compressed archive. */
  digest: string;
  size: number;
  /** Digest of the archive before compression. */
  diffId: string;
}

/** https://github.com/opencontainers/image-spec/blob/main/config.md, as far as it is used here. */
export interface ImageConfig {
  User?: string;
  Env?: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  WorkingDir?: string;
}

export interface Image {
  /** `repository:tag`. */
  name: string;
  layers: Layer[];
  config: ImageConfig;
}

/** Packs the folder `files` into `dir` and removes it. Equal content gives equal digests. */
export async function writeLayer(files: string, dir: string): Promise<void> {
  const order = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  const tar = spawn("tar", [...order, "-C", files, "-cf", "-", "."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(tar, "close");
  const content = createHash("sha256");
  const packed = createHash("sha256");
  let size = 0;
  tar.stdout.on("data", (chunk: Buffer) => content.update(chunk));
  const gzip = createGzip({ level: 1 });
  gzip.on("data", (chunk: Buffer) => {
    packed.update(chunk);
    size += chunk.length;
  });
  const file = join(dir, "layer.tar.gz");
  await pipeline(tar.stdout, gzip, createWriteStream(file));
  const [code] = (await ended) as [number];
  if (code !== 0) {
    throw new Error(`tar of ${files}: exit status ${code}`);
  }
  rmSync(files, { recursive: true });
  const layer = {
    digest: `sha256:${packed.digest("hex")}`,
    size,
    diffId: `sha256:${content.digest("hex")}`,
  };
  writeFileSync(join(dir, "layer.json"), JSON.stringify(layer));
}

export function readLayer(dir: string): Layer {
  const text = readFileSync(join(dir, "layer.json"), "utf8");
  return { file: join(dir, "layer.tar.gz"), ...(JSON.parse(text) as Omit<Layer, "file">) };
}

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const CONFIG = "application/vnd.docker.container.image.v1+json";
const LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

/**
 * Puts an image into a registry. Blobs that are there already are not sent again.
 *
 * @param registry its address, e.g. `http://10.213.0.2:5000`.
 */
export async function push(registry: string, image: Image): Promise<void> {
  const [repository = "", tag = "latest"] = image.name.split(":");
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      config: image.config,
      rootfs: { type: "layers", diff_ids: image.layers.map(({ diffId }) => diffId) },
      history: image.layers.map(() => ({ created_by: "istio-idle-timeout lab" })),
    }),
  );
  const configDigest = `sha256:${createHash("sha256").update(config).digest("hex")}`;
  for (const { digest, file, size } of image.layers) {
    await pushBlob(registry, repository, digest, size, () => createReadStream(file));
  }
  await pushBlob(registry, repository, configDigest, config.length, () => config);
  await request(`${registry}/v2/${repository}/manifests/${tag}`, {
    method: "PUT",
    headers: { "content-type": MANIFEST },
    body: JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, size: config.length, digest: configDigest },
      layers: image.layers.map(({ digest, size }) => ({ mediaType: LAYER, size, digest })),
    }),
  });
}

async function pushBlob(
  registry: string,
  repository: string,
  digest: string,
  size: number,
  content: () => Buffer | ReturnType<typeof createReadStream>,
): Promise<void> {
  const blobs = `${registry}/v2/${repository}/blobs`;
  const known = await fetch(`${blobs}/${digest}`, { method: "HEAD" });
  if (known.ok) {
    return;
  }
  const upload = await request(`${blobs}/uploads/`, { method: "POST" });
  const location = new URL(upload.headers.get("location") ?? "", registry);
  location.searchParams.set("digest", digest);
  await request(location.href, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream", "content-length": String(size) },
    body: content(),
    duplex: "half",
  });
}

async function request(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.ok) {
    throw new Error(`${init.method ?? "GET"} ${url}: ${response.status} ${await response.text()}`);
  }
  return response;
}
