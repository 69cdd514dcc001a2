"""scikit-learn's own checks of the estimators, all of them."""

from typing import Any

from sklearn.utils.estimator_checks import parametrize_with_checks

from engine.estimator import ConvNetClassifier, ConvNetTransformer


@parametrize_with_checks([ConvNetClassifier(), ConvNetTransformer()])
def test_scikit_learn_s_contract_is_kept(estimator: Any, check: Any) -> None:
    check(estimator)
