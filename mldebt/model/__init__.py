"""Value types shared by every layer: immutable, serialisable, free of behaviour that belongs to a layer."""
