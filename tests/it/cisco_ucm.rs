//! The `cisco-ucm` kind against a stand-in of the product.
