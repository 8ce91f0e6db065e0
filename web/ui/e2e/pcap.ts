// This file writes captures for the tests: TCP conversations, packet by packet,
// with any bytes in them and at any time of day.
import { writeFileSync } from 'node:fs';

const SEGMENT = 60_000; // bytes of a packet at most
const [FIN, SYN, PSH, ACK] = [1, 2, 8, 16];

/** One TCP conversation; c is what the client says, s the server. */
export class Conversation {
  private seq = [1000, 5000];
  constructor(
    private readonly capture: Capture,
    private readonly ends: [Buffer, Buffer],
  ) {
    this.packet(0, SYN);
    this.packet(1, SYN | ACK);
    this.packet(0, ACK);
  }

  c(...lines: (string | Buffer)[]): this {
    return this.say(0, lines);
  }
  s(...lines: (string | Buffer)[]): this {
    return this.say(1, lines);
  }

  /** Both ends close. */
  end(): void {
    this.packet(0, FIN | ACK);
    this.packet(1, FIN | ACK);
    this.packet(0, ACK);
  }

  // Strings are lines without their CR LF; bytes are sent as they are.
  private say(side: number, lines: (string | Buffer)[]): this {
    for (const l of lines) {
      const b = typeof l === 'string' ? Buffer.from(l + '\r\n') : l;
      for (let i = 0; i < b.length; i += SEGMENT)
        this.packet(side, PSH | ACK, b.subarray(i, Math.min(i + SEGMENT, b.length)));
    }
    return this;
  }

  private packet(side: number, flags: number, data: Buffer = Buffer.alloc(0)): void {
    const b = Buffer.alloc(40);
    b.writeUInt16BE(0x4500, 0);
    b.writeUInt16BE(40 + data.length, 2);
    b.writeUInt16BE(0x4000, 6);
    b.writeUInt16BE((64 << 8) | 6, 8);
    const [from, to] = [this.ends[side], this.ends[1 - side]];
    from.copy(b, 12, 0, 4);
    to.copy(b, 16, 0, 4);
    from.copy(b, 20, 4, 6);
    to.copy(b, 22, 4, 6);
    b.writeUInt32BE(this.seq[side], 24);
    b.writeUInt32BE(flags & ACK ? this.seq[1 - side] : 0, 28);
    b.writeUInt16BE(0x5000 | flags, 32);
    b.writeUInt16BE(0xffff, 34);
    this.seq[side] += data.length + (flags & (SYN | FIN) ? 1 : 0);
    this.capture.put(Buffer.concat([b, data]));
  }
}

/** A capture being made; each packet comes a millisecond after the one before. */
export class Capture {
  private parts: Buffer[] = [];
  private now = 0; // ms
  private port = 1024;

  constructor(private readonly day = Date.UTC(2001, 10, 5)) {
    const head = Buffer.alloc(24);
    head.writeUInt32LE(0xa1b2c3d4, 0);
    head.writeUInt16LE(2, 4);
    head.writeUInt16LE(4, 6);
    head.writeUInt32LE(1 << 18, 16);
    head.writeUInt32LE(101, 20); // LINKTYPE_RAW
    this.parts.push(head);
    this.at('20:00:00');
  }

  /** Goes to a time of the day, in UTC. */
  at(clock: string): this {
    const [h, m, s = 0] = clock.split(':').map(Number);
    this.now = this.day + ((h * 60 + m) * 60 + s) * 1000;
    return this;
  }

  /** Connects "10.0.0.9" to "64.4.13.58:1863". */
  connect(client: string, server: string): Conversation {
    return new Conversation(this, [end(`${client}:${this.port++}`), end(server)]);
  }

  put(packet: Buffer): void {
    const head = Buffer.alloc(16);
    this.now += 1;
    head.writeUInt32LE(Math.floor(this.now / 1000), 0);
    head.writeUInt32LE((this.now % 1000) * 1000, 4);
    head.writeUInt32LE(packet.length, 8);
    head.writeUInt32LE(packet.length, 12);
    this.parts.push(head, packet);
  }

  write(path: string): void {
    writeFileSync(path, Buffer.concat(this.parts));
  }
}

function end(address: string): Buffer {
  const [ip, port] = address.split(':');
  const b = Buffer.alloc(6);
  ip.split('.').forEach((n, i) => b.writeUInt8(Number(n), i));
  b.writeUInt16BE(Number(port), 4);
  return b;
}

/** A command with its payload, whose length is put behind the line. */
export function withPayload(line: string | Buffer, payload: string | Buffer): Buffer {
  const body = Buffer.from(payload as string);
  return Buffer.concat([Buffer.from(line as string), Buffer.from(` ${body.length}\r\n`), body]);
}

/** The payload of a MSG. */
export function mime(type: string, body: string | Buffer, headers: Record<string, string> = {}): Buffer {
  const head = [`MIME-Version: 1.0`, `Content-Type: ${type}`];
  for (const [name, value] of Object.entries(headers)) head.push(`${name}: ${value}`);
  return Buffer.concat([Buffer.from(head.join('\r\n') + '\r\n\r\n'), Buffer.from(body as string)]);
}

/** The payload of what somebody says. */
export const spoken = (text: string | Buffer, format = 'FN=Arial; EF=; CO=0; CS=0; PF=22') =>
  mime('text/plain; charset=UTF-8', text, { 'X-MMS-IM-Format': format });

/** The payload of an invitation. */
export const invitation = (fields: Record<string, string | number>) =>
  mime(
    'text/x-msmsgsinvite; charset=UTF-8',
    Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('') + '\r\n',
  );

/** What the sender of a file sends: blocks with a length before each. */
export function fileBlocks(file: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < file.length; i += 2045) {
    const b = file.subarray(i, i + 2045);
    parts.push(Buffer.from([0, b.length & 255, b.length >> 8]), b);
  }
  return Buffer.concat(parts);
}
