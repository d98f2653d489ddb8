"""Entity embeddings: learned vectors in the place of one-hot columns."""

from anomaly_labs.embeddings.embedding import EntityEmbedding

__all__ = ["EntityEmbedding"]
