"""What a user would run instead: LoRA (r = 8 on q_proj and v_proj) on a LLaMA with Hugging Face transformers and PyTorch.

One fp32 training step (forward, backward, AdamW) of hidden 512, 8 layers, 8 heads, FFN 1376, vocabulary 32000, batch 4 x 256.
    python.sh peer_lora.py [sdpa|eager] [threads] [fraction of positions that carry a label]
Prints one JSON line: the median of 10 steps after 3 warm-ups. Run it and ours in turn, on an idle machine, and quote the ratio.
"""
import json
import os
import resource
import statistics
import sys
import time

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

attention = sys.argv[1] if len(sys.argv) > 1 else "sdpa"
threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
labeled = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
VOCABULARY, BATCH, LENGTH, RANK, ALPHA = 32000, 4, 256, 8, 16
torch.set_num_threads(threads)
torch.manual_seed(0)


class LoRA(torch.nn.Module):
    def __init__(self, base):
        super().__init__()
        self.base = base
        self.A = torch.nn.Linear(base.in_features, RANK, bias=False)
        self.B = torch.nn.Linear(RANK, base.out_features, bias=False)
        torch.nn.init.kaiming_uniform_(self.A.weight, a=5 ** 0.5)
        torch.nn.init.zeros_(self.B.weight)

    def forward(self, x):
        return self.base(x) + self.B(self.A(x)) * (ALPHA / RANK)


model = LlamaForCausalLM(LlamaConfig(
    vocab_size=VOCABULARY, hidden_size=512, intermediate_size=1376, num_hidden_layers=8, num_attention_heads=8, num_key_value_heads=8,
    max_position_embeddings=2048, attn_implementation=attention, use_cache=False, tie_word_embeddings=False))
model.requires_grad_(False)
for layer in model.model.layers:
    layer.self_attn.q_proj = LoRA(layer.self_attn.q_proj)
    layer.self_attn.v_proj = LoRA(layer.self_attn.v_proj)
model.train()
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-3)
ids = torch.randint(3, VOCABULARY, (BATCH, LENGTH))
labels = ids.clone()
labels[:, : int(LENGTH * (1 - labeled))] = -100


def step():
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    model(input_ids=ids, labels=labels).loss.backward()
    optimizer.step()
    return time.perf_counter() - start


for _ in range(3):
    step()
median = statistics.median(step() for _ in range(10))
print(json.dumps({
    "peer": f"transformers {transformers.__version__}, torch {torch.__version__}", "attention": attention, "threads": threads,
    "labeled": labeled, "median_step_s": round(median, 4), "tokens_per_s": round(BATCH * LENGTH / median, 1),
    "peak_rss_MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "trainable": sum(p.numel() for p in trained)}))
