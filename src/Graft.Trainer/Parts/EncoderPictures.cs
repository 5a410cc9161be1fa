using Graft.Data;
using Graft.Data.Pictures;
using Graft.Models;

namespace Graft.Trainer.Parts;

/// <summary>How an encoder takes pictures.</summary>
internal static class EncoderPictures
{
    /// <summary>What the files of an encoder say.</summary>
    /// <exception cref="ModelException">They do not.</exception>
    public static PicturePreprocessing Of(IVisionEncoder encoder)
    {
        try
        {
            return PicturePreprocessing.Read(encoder.Folder, encoder.ImageSize);
        }
        catch (DatasetException error)
        {
            // It is the model's file that is wrong.
            throw new ModelException(error.Message, error);
        }
    }
}
