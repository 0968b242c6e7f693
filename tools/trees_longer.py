"""`make trees`: what chapter 11 shows of longer trainings, on ListOps and on PetroGold. Five minutes on one thread.

Each result is a line of rnn_helpers/measured/trees_longer.csv, which the lesson reads. What stands there is not
measured again; delete a line, or the file, to have it measured. Step sizes were chosen on other expressions and on
PetroGold's validation part.
"""

import torch
from torch.nn.functional import cross_entropy

from rnn_helpers.data import load_petrogold
from rnn_helpers.measured.files import begin, store
from rnn_helpers.measured.trees_longer import FILE, TreesMeasurement, load_trees_longer
from rnn_helpers.tagging.relations import KINDS, learn_relations, relation_task, share_named
from rnn_helpers.tasks.listops import binarized, draw_listops, evaluate, tokens
from rnn_helpers.tasks.listops_models import SequenceModel, TreeModel
from rnn_helpers.training import train

SEEDS = (0, 1, 2)
DEPTHS = (2, 3, 4, 5, 6, 8)
LISTOPS = {"tree, given": (lambda: TreeModel(32), binarized, 0.02), "LSTM": (lambda: SequenceModel(43), tokens, 0.005)}
LISTOPS_STEPS, RELATION_STEPS = 2_500, 600


def expressions():
    """Those of the lesson: to learn from, and to be asked, by depth."""
    generator = torch.Generator().manual_seed(11)
    asked = {d: draw_listops(400, d, generator, (2, 2)) for d in DEPTHS}
    apart = [e for some in asked.values() for e in some]
    counts = {1: 400, 2: 4000, 3: 6000}
    return [e for d, n in counts.items() for e in draw_listops(n, d, generator, (2, 2), exclude=apart)], asked


def listops(model_name, seed, learned, asked):
    """Accuracy on expressions trained on, and on fresh ones by depth."""
    make, prepare, lr = LISTOPS[model_name]
    torch.manual_seed(seed)
    model, inputs = make(), [prepare(e) for e in learned]
    y, draw = torch.tensor([evaluate(e) for e in learned]), torch.Generator().manual_seed(seed)

    def loss(chosen):
        return cross_entropy(model([inputs[k] for k in chosen.tolist()]), y[chosen])

    batches = ((torch.randint(len(y), (128,), generator=draw),) for _ in range(LISTOPS_STEPS))
    train(model.parameters(), loss, batches, steps=LISTOPS_STEPS, lr=lr, clip=1.0, decay=True, seed=seed)
    groups = {"depth 3, trained on": learned[-400:], **{f"depth {d}": asked[d] for d in DEPTHS}}
    with torch.no_grad():
        return {
            name: (model([prepare(e) for e in some]).argmax(1) == torch.tensor([evaluate(e) for e in some]))
            .float()
            .mean()
            .item()
            for name, some in groups.items()
        }


def main() -> None:
    torch.set_num_threads(1)
    begin(FILE, TreesMeasurement)
    done = {(m.model, m.seed) for m in load_trees_longer()}

    def write(model, seed, shares):
        for asked_of, share in shares.items():
            store(FILE, TreesMeasurement(model, seed, asked_of, share))

    learned, asked = expressions()
    for seed in SEEDS:
        for name in LISTOPS:
            if (name, seed) not in done:
                write(name, seed, listops(name, seed, learned, asked))
    task = relation_task(load_petrogold())
    for seed in SEEDS:
        for kind in KINDS:
            if (kind, seed) not in done:
                models = {
                    name: learn_relations(task, kind, above, seed, RELATION_STEPS, lr=0.01)
                    for name, above in [("without the word above", False), ("with it", True)]
                }
                write(kind, seed, {name: share_named(model, task.parts["test"]) for name, model in models.items()})


if __name__ == "__main__":
    main()
