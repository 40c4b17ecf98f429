/** libnftables in-process: one context for each network namespace, as a context belongs to the one it was made in. */
import koffi from "koffi";

const lib = koffi.load("libnftables.so.1");
const nft_ctx_new = lib.func("void *nft_ctx_new(uint32_t flags)");
const nft_ctx_free = lib.func("void nft_ctx_free(void *ctx)");
const nft_ctx_buffer_output = lib.func("int nft_ctx_buffer_output(void *ctx)");
const nft_ctx_buffer_error = lib.func("int nft_ctx_buffer_error(void *ctx)");
const nft_ctx_get_output_buffer = lib.func("const char *nft_ctx_get_output_buffer(void *ctx)");
const nft_ctx_get_error_buffer = lib.func("const char *nft_ctx_get_error_buffer(void *ctx)");
const nft_run_cmd_from_buffer = lib.func("int nft_run_cmd_from_buffer(void *ctx, const char *buffer)");

export interface Nft {
  /** Runs commands as one transaction and returns what they print; throws nft's own message when refused. */
  run(commands: string): string;
  close(): void;
}

/** A context in the calling thread's present network namespace. */
export function openNft(): Nft {
  const context: unknown = nft_ctx_new(0);
  if (!context) throw new Error("libnftables: no context");
  nft_ctx_buffer_output(context);
  nft_ctx_buffer_error(context);
  return {
    run(commands) {
      const status = Number(nft_run_cmd_from_buffer(context, commands));
      const output = String(nft_ctx_get_output_buffer(context) ?? "");
      const error = String(nft_ctx_get_error_buffer(context) ?? "");
      if (status !== 0) throw new Error(`nft refused: ${error.trim().slice(0, 2000)}`);
      return output;
    },
    close: () => nft_ctx_free(context),
  };
}
