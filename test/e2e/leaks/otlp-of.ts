/** An export of one span with that name, as protobuf (opentelemetry-proto, trace/v1). */
export function otlpOf(name: Buffer): Buffer {
  const span = field(5, name);
  const resource = field(1, Buffer.alloc(0));
  return field(1, Buffer.concat([resource, field(2, field(2, span))]));
}

function field(number: number, content: Buffer): Buffer {
  const lengthDelimited = 2;
  return Buffer.concat([Buffer.of((number << 3) | lengthDelimited, ...varint(content.length)), content]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}
