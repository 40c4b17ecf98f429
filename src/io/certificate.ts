import { X509Certificate, createPrivateKey, webcrypto } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";

/** What a TLS server needs, and where its clients find whom to trust. */
export interface ServerCertificate {
  /** PEM: the server's certificate. */
  readonly cert: string;
  /** PEM: its private key. */
  readonly key: string;
  readonly caPath: string;
}

const dayMs = 24 * 60 * 60 * 1000;
const authorityDays = 3650;
/** The longest that clients accept of a server. */
const serverDays = 825;
const renewalDays = 30;
const clockSkewMs = 5 * 60 * 1000;

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/**
 * The server's certificate in a state directory, for localhost and the hosts given (names or addresses): made on first
 * use by a local authority made on first use, and again when it nears its end or the hosts change. Keys have mode 0600.
 */
export async function openCertificate(
  state: string,
  hosts: readonly string[],
  now: Date,
): Promise<ServerCertificate> {
  const names = [...new Set(["localhost", "127.0.0.1", "::1", ...hosts])];
  const authority = pairAt(state, "ca");
  const server = pairAt(state, "server");
  if (!isGood(authority, now)) await makeAuthority(authority, now);
  if (!isGood(server, now) || !isFor(server, authority, names)) await makeServer(server, authority, names, now);
  return {
    cert: readFileSync(server.cert, "utf8"),
    key: readFileSync(server.key, "utf8"),
    caPath: authority.cert,
  };
}

/** Paths of a certificate and its key. */
interface Pair {
  readonly cert: string;
  readonly key: string;
}

const pairAt = (state: string, name: string): Pair => ({
  cert: join(state, `${name}.pem`),
  key: join(state, `${name}.key`),
});

/** Whether there is a certificate that belongs to its key and stays valid for a while. */
function isGood(pair: Pair, now: Date): boolean {
  if (!existsSync(pair.cert) || !existsSync(pair.key)) return false;
  const certificate = new X509Certificate(readFileSync(pair.cert));
  if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(pair.key)))) return false;
  return certificate.validToDate.getTime() - now.getTime() > renewalDays * dayMs;
}

function isFor(server: Pair, authority: Pair, names: readonly string[]): boolean {
  const certificate = new X509Certificate(readFileSync(server.cert));
  const { publicKey } = new X509Certificate(readFileSync(authority.cert));
  if (!certificate.verify(publicKey)) return false;
  return names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined);
}

/** The library is loaded only when there is a certificate to make: it takes longer than the rest of a start. */
async function library(): Promise<typeof import("@peculiar/x509")> {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

async function makeAuthority(authority: Pair, now: Date): Promise<void> {
  const x509 = await library();
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Bailey local authority",
    notBefore: new Date(now.getTime() - clockSkewMs),
    notAfter: new Date(now.getTime() + authorityDays * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await write(authority, certificate.toString("pem"), keys.privateKey);
}

async function makeServer(server: Pair, authority: Pair, names: readonly string[], now: Date): Promise<void> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(readFileSync(authority.cert, "utf8"));
  const [der] = x509.PemConverter.decode(readFileSync(authority.key, "utf8"));
  if (!der) throw new Error(`${authority.key} holds no key`);
  const signingKey = await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=Bailey",
    issuer: issuer.subject,
    notBefore: new Date(now.getTime() - clockSkewMs),
    notAfter: new Date(now.getTime() + serverDays * dayMs - 2 * clockSkewMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await write(server, certificate.toString("pem"), keys.privateKey);
}

/** Each file appears whole. A crash between the two leaves a pair that isn't good. */
async function write(pair: Pair, certificate: string, key: webcrypto.CryptoKey): Promise<void> {
  const der = await webcrypto.subtle.exportKey("pkcs8", key);
  const body = Buffer.from(der).toString("base64").replace(/.{64}/g, "$&\n");
  const pem = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
  writeFileSync(`${pair.key}.new`, pem, { mode: 0o600 });
  writeFileSync(`${pair.cert}.new`, `${certificate}\n`, { mode: 0o644 });
  renameSync(`${pair.key}.new`, pair.key);
  renameSync(`${pair.cert}.new`, pair.cert);
}
