"""One training run: gold articles to a checkpoint, resumable, on the CPU or a GPU.

`train` reads the config and the corpora, reports what share of the gold the model cannot reach, trains with the
transformers `Trainer`, picks the epoch with the best dev scores, calibrates it on dev and saves it.
"""

import importlib.util
import json
import os
import platform
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, cast

import torch
from datasets import Dataset
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import (
    AutoConfig,
    AutoTokenizer,
    PreTrainedTokenizerBase,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_utils import get_last_checkpoint

from .. import __version__
from ..eval.scores import score
from ..model.config import QuoteConfig
from ..model.extractor import Extractor
from ..model.labels import STANCES
from ..model.network import QuoteModel
from ..model.precision import bf16_pays
from ..model.tokens import tokenize
from ..model.windows import Batch, collate
from ..seeds.corpus import STANCE_SCORES, GoldArticle, Scores, load_authored, load_polnear, load_scores
from .augment import relayout, restyle
from .calibrate import calibrate
from .config import ConfigError, TrainingConfig, load_config
from .loss import losses, weighted
from .start import from_checkpoint
from .targets import Section, Targets, collate_targets, encode

AVERAGE = "average"
TABLES = ("crf.", "distance_bias.", "paragraph_bias.", "end_bias.", "name_bias.")


def train(config_path: Path, polnear: Path | None = None, output: Path | None = None, resume: bool = True) -> Path:
    """Train as the config says and return the folder of the finished checkpoint.

    polnear: a folder with PolNeAR's train.jsonl and dev.jsonl, needed where the config asks for it. output: where
    checkpoints and the result go, by default `runs/<name>`. resume: go on after the last checkpoint found there.
    Raises ConfigError and CorpusError where an input is not as it should be.
    """
    config = load_config(config_path)
    output = output or Path("runs") / config.name
    set_seed(config.seed)
    model, tokenizer = from_encoder(config, config.encoder) if config.encoder else from_checkpoint(config)
    training, dev = load_data(config, polnear, model.config.stances)
    if config.schedule.freeze_embeddings:
        model.encoder.get_input_embeddings().weight.requires_grad_(False)
    reach = report_reach(training, tokenizer, model.config, config.data.section)
    trainer = QuoteTrainer(model, tokenizer, config, training, dev, output)
    last = get_last_checkpoint(str(output)) if resume and output.is_dir() else None
    print(f"resuming from {last}" if last else f"training on {trainer.args.device}", flush=True)
    began = time.time()
    trainer.train(resume_from_checkpoint=last)
    best = Path(trainer.state.best_model_checkpoint or get_last_checkpoint(str(output)) or "")
    extractor = Extractor.from_pretrained(best / AVERAGE, precision="fp32")  # its weights are what is saved
    calibrate(extractor, dev)
    result = {name: evaluate(extractor, articles) for name, articles in dev.items()}
    final = output / "final"
    save(extractor.model, tokenizer, final)
    record = {
        "config": config.model_dump(),
        "minutes": round((time.time() - began) / 60, 1),
        "device": str(trainer.args.device),
        "hardware": hardware(),
        "articles": {"train": len(training), **{f"dev {name}": len(articles) for name, articles in dev.items()}},
        "best_epoch": best.name,
        "dev": result,
        "reach": reach,
    }
    (final / "training.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print_scores(result)
    return final


def load_data(
    config: TrainingConfig, polnear: Path | None, stances: Sequence[str]
) -> tuple[list[GoldArticle], dict[str, list[GoldArticle]]]:
    """Load training articles, and dev articles by corpus; `stances` are the labels that they may have."""
    data = config.data
    training = [a for name in data.train for a in load_authored(name, stances)[: data.limit]]
    dev = {"authored": [a for name in data.dev for a in load_authored(name, stances)[: data.limit]]}
    if data.polnear:
        if not {*STANCES} <= {*stances}:
            raise ConfigError(
                "data.polnear: its stances are the codebook's, not those of heads.stances; set it to false"
            )
        folder = polnear or Path("../shared/data/polnear")
        training += load_polnear(folder, "train")[: data.limit]
        dev["polnear"] = load_polnear(folder, "dev")[: data.limit]
    return training, dev


def stance_scores(config: TrainingConfig, stances: Sequence[str]) -> Scores:
    """Load the bigger model's scores where the config asks for them; `stances` are the labels that are learnt."""
    if not config.schedule.scores_share:
        return {}
    if tuple(stances) != STANCES:
        raise ConfigError(
            "schedule.scores_share: the scores are of the codebook's stances, not of heads.stances; set it to 0"
        )
    return load_scores(STANCE_SCORES)


def from_encoder(config: TrainingConfig, encoder: str) -> tuple[QuoteModel, PreTrainedTokenizerBase]:
    """Build a new network around the pretrained encoder, and give its tokenizer."""
    folder = encoder_folder(encoder)
    return QuoteModel.from_encoder(model_config(config, folder), folder), AutoTokenizer.from_pretrained(folder)


def encoder_folder(encoder: str) -> str:
    """Find the encoder: "package:NAME" is the folder `model` of an installed package, else it is a hub id or path."""
    if not encoder.startswith("package:"):
        return encoder
    package = encoder.removeprefix("package:")
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise OSError(f"the encoder's package {package} is not installed: pip install 'quoth[train]'")
    return str(Path(found.submodule_search_locations[0]) / "model")


def model_config(config: TrainingConfig, folder: str) -> QuoteConfig:
    """Build the network's settings from the run's."""
    heads = config.heads
    # dropout inside attention would forbid the fused kernels, and costs a CPU more than half the step
    encoder = AutoConfig.from_pretrained(folder, attention_probs_dropout_prob=0.0)
    return QuoteConfig(
        encoder=encoder.to_dict(),
        window=heads.window,
        overlap=heads.overlap,
        mention_tokens=heads.mention_tokens,
        pointer_size=heads.pointer_size,
        head_dropout=heads.dropout,
        stances=heads.stances or STANCES,
        name=f"{config.name} {__version__}",
    )


def report_reach(
    articles: Sequence[GoldArticle], tokenizer: PreTrainedTokenizerBase, config: QuoteConfig, limit: int
) -> dict[str, dict[str, int]]:
    """Print what share of the gold the windows, sections and span limits make unreachable; returns it by reason."""
    lost: Counter[str] = Counter()
    for article in articles:
        for section in encode(article, tokenize(article.text, tokenizer), config, limit):
            lost.update(section.lost)
    reach: dict[str, dict[str, int]] = {}
    wholes = ("quotes", "cue", "speaker", "target", "speaker name", "target name")
    print("gold that the model cannot reach:")
    for whole in wholes:
        for reason in sorted(key for key in lost if key not in wholes and key.startswith(whole.removesuffix("s"))):
            if not (whole in ("speaker", "target") and reason.startswith(f"{whole} name")):
                reach[reason] = {"lost": lost[reason], "of": lost[whole]}
                print(f"  {reason}: {lost[reason]} of {lost[whole]} ({lost[reason] / max(1, lost[whole]):.2%})")
    return reach


class QuoteTrainer(Trainer):
    """The transformers `Trainer` with our batches, losses and dev scores, and a moving average of the weights."""

    def __init__(
        self,
        model: QuoteModel,
        tokenizer: PreTrainedTokenizerBase,
        config: TrainingConfig,
        training: Sequence[GoldArticle],
        dev: dict[str, list[GoldArticle]],
        output: Path,
    ) -> None:
        schedule = config.schedule
        self.network, self.tokenizer, self.config = model, tokenizer, config
        self.gold, self.dev = list(training), dev
        self.scores = stance_scores(config, model.config.stances)
        repeat = config.data.repeat
        arguments = TrainingArguments(
            output_dir=str(output),
            per_device_train_batch_size=schedule.batch,
            num_train_epochs=schedule.epochs,
            learning_rate=schedule.head_rate,
            warmup_steps=schedule.warmup,
            weight_decay=schedule.weight_decay,
            max_grad_norm=1.0,
            bf16=bf16_pays(torch.device("cuda" if torch.cuda.is_available() else "cpu")),
            use_cpu=not torch.cuda.is_available(),
            seed=config.seed,
            logging_steps=20,
            eval_strategy="epoch",
            save_strategy="epoch",
            save_total_limit=2,
            metric_for_best_model="eval_mean",
            greater_is_better=True,
            remove_unused_columns=False,
            dataloader_num_workers=0,
            disable_tqdm=True,
            report_to="none",
        )
        repeated = [row for row, a in enumerate(self.gold) for _ in range(1 if a.source == "polnear" else repeat)]
        rows = Dataset.from_dict({"row": repeated})
        super().__init__(
            model=model, args=arguments, train_dataset=rows, eval_dataset=rows.select([]), data_collator=self.batch
        )
        self.averaging = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(schedule.average))
        self.parts: Counter[str] = Counter()
        self.add_callback(Progress(self))

    @property
    def average(self) -> QuoteModel:
        """The network with the moving average of the weights."""
        return cast(QuoteModel, self.averaging.module)

    def batch(self, rows: Sequence[dict[str, int]]) -> dict[str, Any]:
        """Build a batch of the rows' articles: some restyled, at times one of their quotes laid out anew."""
        data = self.config.data
        random = Random(int(torch.randint(2**62, (1,))))  # torch's generator is seeded, saved and resumed
        articles = [self.gold[row["row"]] for row in rows]
        articles = [restyle(article, random) if random.random() < data.restyle else article for article in articles]
        if random.random() < data.relayout * len(rows):
            pool = [self.gold[random.randrange(len(self.gold))] for _ in range(3)] + articles
            articles += filter(None, [relayout(pool, random)])
        settings = self.network.config
        pieces: list[Section] = []
        for article in articles:
            pieces += encode(article, tokenize(article.text, self.tokenizer), settings, data.section, self.scores)
        inputs = collate([piece.tokens for piece in pieces], self.tokenizer, settings.window, settings.overlap)
        return {"batch": inputs, "gold": collate_targets(pieces, len(settings.stances))}

    def compute_loss(self, model: Any, inputs: dict[str, Any], *_: Any, **__: Any) -> torch.Tensor:
        """Sum the heads' losses; on the model's own quotes, too, once it finds some."""
        batch: Batch = inputs["batch"]
        gold: Targets = inputs["gold"].to(self.args.device)
        schedule = self.config.schedule
        on_found = (self.state.epoch or 0) >= schedule.found_after
        parts = losses(model, batch, gold, on_found, schedule.smoothing, schedule.act_weight, schedule.scores_share)
        self.parts.update({name: float(part.detach()) for name, part in parts.items()})
        self.parts["steps"] += 1
        return weighted(parts, self.config.heads.weights.model_dump())

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Give the encoder, the heads and their tables of biases rates of their own; biases and norms do not decay."""
        if self.optimizer is None:
            schedule, decays = self.config.schedule, set(self.get_decay_parameter_names(self.network))
            groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
            for name, parameter in self.network.named_parameters():
                if parameter.requires_grad:
                    rate = schedule.encoder_rate if name.startswith("encoder.") else schedule.head_rate
                    rate = schedule.table_rate if name.startswith(TABLES) else rate
                    groups.setdefault((rate, schedule.weight_decay * (name in decays)), []).append(parameter)
            self.optimizer = torch.optim.AdamW(
                [{"params": group, "lr": rate, "weight_decay": decay} for (rate, decay), group in groups.items()],
                betas=(0.9, 0.98),
            )
        return self.optimizer

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Score the averaged weights on every dev corpus, end to end; `eval_mean` picks the best epoch."""
        extractor = Extractor(self.average, self.tokenizer)
        with self.autocast_smart_context_manager():
            result = {name: evaluate(extractor, articles) for name, articles in self.dev.items()}
        print_scores(result)
        values = {f"eval_{name}_{key}": v or 0.0 for name, scores in result.items() for key, v in scores.items()}
        metrics = {**values, "eval_mean": sum(values.values()) / max(1, len(values))}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        super()._save(output_dir, state_dict)
        save(self.average, self.tokenizer, Path(output_dir or str(self.args.output_dir)) / AVERAGE, half=False)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        super()._load_from_checkpoint(resume_from_checkpoint, model)
        saved = QuoteModel.from_pretrained(Path(resume_from_checkpoint) / AVERAGE, dtype=torch.float32)
        self.average.load_state_dict(saved.state_dict())
        self.averaging.n_averaged.fill_(1)


class Progress(TrainerCallback):
    """Moves the average after every step and prints a line now and then."""

    def __init__(self, trainer: QuoteTrainer) -> None:
        self.trainer = trainer
        self.began, self.first = time.time(), 0

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Note where this run, maybe a resumed one, begins."""
        self.began, self.first = time.time(), state.global_step

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Average, then print the losses since the last line and the time left."""
        trainer = self.trainer
        trainer.averaging.update_parameters(trainer.network)
        if state.global_step % args.logging_steps:
            return
        done = state.global_step - self.first
        left = (time.time() - self.began) / done * (state.max_steps - state.global_step)
        count = trainer.parts.pop("steps")
        heads = "  ".join(f"{name} {value / count:.3f}" for name, value in trainer.parts.items())
        trainer.parts.clear()
        print(
            f"epoch {state.epoch:5.2f}  step {state.global_step}/{state.max_steps}  {left / 60:.0f} min left  {heads}",
            flush=True,
        )


def evaluate(extractor: Extractor, articles: Sequence[GoldArticle]) -> dict[str, float | None]:
    """Extract and score gold articles end to end."""
    found = extractor.pipe((article.id, article.text) for article in articles)
    return score(zip(articles, found, strict=True), extractor.model.config.stances)


def print_scores(result: dict[str, dict[str, float | None]]) -> None:
    """Print dev scores, a line for each corpus."""
    for name, scores in result.items():
        print(f"dev {name}: " + "  ".join(f"{k} {v:.3f}" for k, v in scores.items() if v is not None), flush=True)


def save(model: QuoteModel, tokenizer: PreTrainedTokenizerBase, folder: Path, half: bool = True) -> None:
    """Save a checkpoint: config, safetensors (fp16 by default), tokenizer."""
    dtype = torch.float16 if half else torch.float32
    copy = QuoteModel(model.config)
    torch.nn.Module.to(copy, dtype)
    copy.load_state_dict(model.state_dict())
    copy.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def hardware() -> str:
    """Name what it is trained on, for the model card."""
    if torch.cuda.is_available():
        return f"{torch.cuda.device_count()} {torch.cuda.get_device_name()}"
    return f"{os.cpu_count()} CPU cores, {platform.processor() or platform.machine()}"
