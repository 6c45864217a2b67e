"""From a model file to a program: parsed by PySD, then names to slots, arrays to scalars."""
