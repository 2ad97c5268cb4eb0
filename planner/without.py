"""The other world: what happens if nothing is ordered and base stocks die as they do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planner.instance import Instance

Floats = NDArray[np.float64]


def levels_without_orders(instance: Instance) -> Floats:
    """Levels of the supplied factors (R, F, T) in percent, from the dying base stock and what it still serves.

    Demand is served nationally: each class gets the share min(1, surviving machines / machines needed) of its first
    asset, the same share in every region.
    """
    inn = instance.innovation
    built = np.einsum("fa,rat->rft", inn.supply, instance.base_stock)
    received = np.einsum("fd,rdt->rft", inn.feed, _served(instance))
    return np.asarray(np.minimum(built + received, inn.usable))


def _served(instance: Instance) -> Floats:
    scenario, net = instance.scenario, instance.network
    assets = [asset.id for asset in scenario.assets]
    posts = zip(net.post_asset.tolist(), net.post_class.tolist(), net.capacity.tolist(), strict=True)
    capacity = {(a, d): eflops for a, d, eflops in posts}
    home = [assets.index(demand.served_by[0]) for demand in scenario.demand]
    needed = np.zeros((len(assets), instance.demand.shape[2]))
    for d, a in enumerate(home):
        needed[a] += instance.demand[:, d].sum(axis=0) / capacity[a, d]
    left = instance.base_stock.sum(axis=0)
    share = np.minimum(1.0, np.divide(left, needed, out=np.ones_like(left), where=needed > 0))
    return instance.demand * share[home][None] if home else instance.demand
