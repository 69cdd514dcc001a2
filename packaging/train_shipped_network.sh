#!/usr/bin/env bash
# Train the network that ships in resources/networks, from the repository's root, on the standard MNIST training
# set without the embedded test digits. Takes about eight minutes on one core; the same seed gives the same file
# but for its date and duration.
set -eu
exec .venv/bin/python -m engine train --data mnist --without-embedded-test --preset 32-64 --epochs 14 \
  --learning-rate 0.002 --optimizer adamw --weight-decay 0.01 --schedule onecycle --label-smoothing 0.05 \
  --augment medium --average 0.999 --seed 1 --name "Filterscope digits" \
  --out resources/networks/digits.safetensors
