"""Reads adapters with Hugging Face PEFT on one base and says what came of it: read_with_peft.py BASE IDS ADAPTER...

Prints a line of JSON for each adapter: the keys of its file that PEFT did not take, those that it missed, the modules that it adapted, and
the logits after the last of the comma-separated ids, in float32."""
import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

base, ids, adapters = sys.argv[1], [int(number) for number in sys.argv[2].split(",")], sys.argv[3:]
for adapter in adapters:
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation="eager")
    model = PeftModel.from_pretrained(model, adapter).eval()
    result = model.load_adapter(adapter, adapter_name="again")
    targets = getattr(model.base_model, "targeted_module_names", [])
    model.set_adapter("default")
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([ids])).logits[0, -1].tolist()
    print(json.dumps({
        "unexpected": [key for key in result.unexpected_keys if key != "prompt_embeddings"],
        "missing": [key for key in result.missing_keys if "lora_" in key or "ia3_" in key],
        "targets": sorted(set(targets)),
        "logits": logits,
    }))
